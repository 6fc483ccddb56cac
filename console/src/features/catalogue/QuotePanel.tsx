// The live price: net, tax, total and what is charged now.
import { Paper, Skeleton, Stack, Text, Title } from "@mantine/core";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { asProblem } from "../../api/problem";
import type { NewQuote, Quote } from "../../api/types";
import { TotalLine } from "../../ui/Amount";
import { ProblemAlert } from "../../ui/ProblemView";
import { diskQuoteQuery } from "../compute/diskApi";
import { quoteQuery } from "./api";

export function QuotePanel({ choice, extraGib, children }: { choice: NewQuote; extraGib: number; children: ReactNode }) {
  const quote = useQuery(quoteQuery(choice));
  const disks = useQuery(diskQuoteQuery(extraGib));
  return (
    <Paper>
      <Stack gap="sm" aria-live="polite" aria-busy={quote.isFetching}>
        <Title order={2}>
          <Trans>Price</Trans>
        </Title>
        <ProblemAlert problem={quote.isError ? asProblem(quote.error) : null} />
        {quote.data === undefined ? !quote.isError && <Waiting /> : <Lines quote={quote.data} />}
        {extraGib > 0 && disks.data !== undefined && <Extra quote={disks.data} />}
        {children}
      </Stack>
    </Paper>
  );
}

function Lines({ quote }: { quote: Quote }) {
  return (
    <>
      {quote.lines.map((line) => (
        <TotalLine key={line.description} label={line.description} money={line.amount} />
      ))}
      <TotalLine label={t`Tax ${quote.tax_rate_percent} %`} money={quote.tax} />
      <TotalLine label={quote.cycle === "monthly" ? t`A month, tax included` : t`An hour, tax included`} money={quote.gross} strong />
      <TotalLine label={t`Charged now`} money={quote.due_now} strong />
      <Text size="sm" c="dimmed">
        {quote.cycle === "monthly"
          ? t`The first month is paid now. You can delete the machine at any time.`
          : t`Hours are counted while the machine exists and invoiced at the end of the month.`}
      </Text>
    </>
  );
}

function Extra({ quote }: { quote: Quote }) {
  return (
    <>
      <TotalLine label={t`Extra disks, a month, tax included`} money={quote.gross} strong />
      <Text size="sm" c="dimmed">
        <Trans>Billed by the hour beside the machine, from when they are there until you delete them.</Trans>
      </Text>
    </>
  );
}

function Waiting() {
  return (
    <>
      <Skeleton height={20} />
      <Skeleton height={20} />
      <Skeleton height={28} />
    </>
  );
}
