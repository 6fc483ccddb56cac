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
import { quoteQuery } from "./api";

export function QuotePanel({ choice, children }: { choice: NewQuote; children: ReactNode }) {
  const quote = useQuery(quoteQuery(choice));
  return (
    <Paper>
      <Stack gap="sm" aria-live="polite" aria-busy={quote.isFetching}>
        <Title order={2}>
          <Trans>Price</Trans>
        </Title>
        <ProblemAlert problem={quote.isError ? asProblem(quote.error) : null} />
        {quote.data === undefined ? !quote.isError && <Waiting /> : <Lines quote={quote.data} />}
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

function Waiting() {
  return (
    <>
      <Skeleton height={20} />
      <Skeleton height={20} />
      <Skeleton height={28} />
    </>
  );
}
