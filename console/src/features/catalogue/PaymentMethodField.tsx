// Choosing how to pay. The test provider is named as what it is: no money moves, and each outcome can be had.
import { Badge, Group, Radio, Stack, Text } from "@mantine/core";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import type { ReactNode } from "react";
import type { PaymentMethod } from "../../api/types";

export const paymentMethods: readonly PaymentMethod[] = ["test_succeeds", "test_declines", "test_needs_confirmation", "test_settles_late"];

export function isPaymentMethod(value: string): value is PaymentMethod {
  return paymentMethods.some((method) => method === value);
}

export function paymentMethodName(method: PaymentMethod): string {
  switch (method) {
    case "test_succeeds":
      return t`Succeeds`;
    case "test_declines":
      return t`Is declined`;
    case "test_needs_confirmation":
      return t`Needs a confirmation`;
    case "test_settles_late":
      return t`Settles late`;
  }
}

function explained(method: PaymentMethod): string {
  switch (method) {
    case "test_succeeds":
      return t`The payment goes through at once.`;
    case "test_declines":
      return t`The bank says no. Nothing is charged and no machine is made.`;
    case "test_needs_confirmation":
      return t`You are asked to confirm or decline, as a bank would ask.`;
    case "test_settles_late":
      return t`The payment stays open for a while, then goes through.`;
  }
}

interface PaymentMethodFieldProps {
  value: PaymentMethod;
  onChange: (method: PaymentMethod) => void;
  error?: ReactNode;
}

export function PaymentMethodField({ value, onChange, error }: PaymentMethodFieldProps) {
  return (
    <Radio.Group
      value={value}
      onChange={(next) => isPaymentMethod(next) && onChange(next)}
      error={error}
      label={
        <Group gap="xs" component="span">
          <Trans>Test payment: the outcome you want</Trans>
          <Badge component="span" variant="default" tt="none">
            <Trans>no real money</Trans>
          </Badge>
        </Group>
      }
    >
      <Stack gap="xs" mt="xs">
        {paymentMethods.map((method) => (
          <Radio key={method} value={method} label={paymentMethodName(method)} description={explained(method)} />
        ))}
      </Stack>
    </Radio.Group>
  );
}

export function PaymentMethodText({ method }: { method: PaymentMethod }) {
  return (
    <Text span size="sm">
      <Trans>Test provider: {paymentMethodName(method)}</Trans>
    </Text>
  );
}
