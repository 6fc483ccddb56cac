// The part of noVNC that the console uses; the package brings no types of its own.
declare module "@novnc/novnc" {
  interface RfbOptions {
    shared?: boolean;
    wsProtocols?: string[];
  }
  export default class RFB extends EventTarget {
    constructor(target: HTMLElement, url: string, options?: RfbOptions);
    scaleViewport: boolean;
    background: string;
    focus(): void;
    disconnect(): void;
  }
}
