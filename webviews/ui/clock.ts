import type { ReactiveController, ReactiveControllerHost } from 'lit';

const tick = 15_000;

/** The time by which a page's relative times are reckoned; moves on, and updates its host, every 15 seconds. */
export class Clock implements ReactiveController {
  now = Date.now();
  private timer: ReturnType<typeof setInterval> | undefined;

  constructor(private readonly host: ReactiveControllerHost) {
    host.addController(this);
  }

  hostConnected(): void {
    this.timer = setInterval(() => {
      this.set();
    }, tick);
  }

  hostDisconnected(): void {
    clearInterval(this.timer);
  }

  /** Sets it at once, as when new content came. */
  set(): void {
    this.now = Date.now();
    this.host.requestUpdate();
  }
}
