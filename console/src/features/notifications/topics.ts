// Topics of messages in words.
import { t } from "@lingui/core/macro";
import type { Topic } from "../../api/types";
import type { IconName } from "../../ui/Icon";

export function topicLook(topic: Topic): { name: string; about: string; icon: IconName } {
  switch (topic) {
    case "security":
      return { name: t`Security`, about: t`Your account and who gets in. Nobody can switch this off.`, icon: "key" };
    case "billing":
      return { name: t`Billing`, about: t`Invoices and payments.`, icon: "invoice" };
    case "machines":
      return { name: t`Machines`, about: t`What is ready, what failed, what was deleted.`, icon: "machine" };
    case "privacy":
      return { name: t`Privacy`, about: t`Exports, requests and their answers.`, icon: "privacy" };
    case "service":
      return { name: t`Service`, about: t`Changes of the service and its policies.`, icon: "settings" };
  }
}
