// A password with a hint on its strength, in words.
import { PasswordInput, type PasswordInputProps, Text } from "@mantine/core";
import { t } from "@lingui/core/macro";
import { useId } from "react";
import { passwordStrength, SHORTEST_PASSWORD, type Strength } from "./strength";

function hint(strength: Strength, length: number): string {
  switch (strength) {
    case "short":
      return t`${length} of at least ${SHORTEST_PASSWORD} characters`;
    case "weak":
      return t`Easy to guess: use words or characters that do not repeat`;
    case "fair":
      return t`Fair. A longer one is better`;
    case "strong":
      return t`Strong`;
  }
}

const FILLED: Record<Strength, number> = { short: 1, weak: 2, fair: 3, strong: 4 };

export function NewPasswordField({ value, ...props }: PasswordInputProps & { value: string }) {
  const id = useId();
  const strength = passwordStrength(value);
  return (
    <div>
      <PasswordInput autoComplete="new-password" required withAsterisk={false} value={value} aria-describedby={id} {...props} />
      <Text id={id} size="sm" c="dimmed" mt={4} aria-live="polite">
        {value === "" ? t`At least ${SHORTEST_PASSWORD} characters. A few unrelated words are good.` : hint(strength, value.length)}
      </Text>
      {value !== "" && (
        <div className="meter" data-strength={strength} aria-hidden="true">
          <span style={{ width: `${FILLED[strength] * 25}%` }} />
        </div>
      )}
    </div>
  );
}
