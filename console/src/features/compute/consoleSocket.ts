// Opens the relay to a machine's console. A ticket opens one connection only, so each try asks for a new one.
import { consoleTicketCreate } from "./api";

export interface ConsoleAddress {
  url: string;
  protocols: string[];
}

export async function consoleAddress(instanceId: string, kind: "serial" | "screen"): Promise<ConsoleAddress> {
  const ticket = await consoleTicketCreate(instanceId, kind);
  const url = new URL(ticket.path, window.location.href);
  url.protocol = window.location.protocol === "https:" ? "wss:" : "ws:";
  return { url: url.href, protocols: ["fairhold.console", `ticket.${ticket.ticket}`] };
}
