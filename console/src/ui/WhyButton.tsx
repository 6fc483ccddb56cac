// A button that says why it cannot be pressed now. It stays reachable by keyboard, so that the reason can be read there too.
import { Button, type ButtonProps, type ElementProps, Tooltip } from "@mantine/core";

interface WhyButtonProps extends ButtonProps, ElementProps<"button", keyof ButtonProps | "disabled"> {
  /** Null when it can be pressed. */
  why: string | null;
}

export function WhyButton({ why, onClick, ...button }: WhyButtonProps) {
  if (why === null) return <Button onClick={onClick} {...button} />;
  return (
    <Tooltip label={why} events={{ hover: true, focus: true, touch: true }}>
      <Button {...button} data-disabled aria-disabled aria-description={why} onClick={(event) => event.preventDefault()} />
    </Tooltip>
  );
}
