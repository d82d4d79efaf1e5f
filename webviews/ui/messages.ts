interface VsCodeApi {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
}

declare function acquireVsCodeApi(): VsCodeApi;

/** The page's end of the typed conversation with its panel. */
export interface Channel<Out, State> {
  post(message: Out): void;
  /** Keeps the page's state where `WebviewPanelSerializer` finds it after a reload of the window. */
  save(state: State): void;
  saved(): State | undefined;
}

/**
 * Connects the page with its panel. May be called once in a page's life.
 * @param receive called with each message of the panel, in order
 */
export function connect<In extends { kind: string }, Out extends { kind: string }, State>(
  receive: (message: In) => void,
): Channel<Out, State> {
  const api = acquireVsCodeApi();
  window.addEventListener('message', (event: MessageEvent<unknown>) => {
    const { data } = event;
    if (typeof data === 'object' && data !== null && 'kind' in data) receive(data as In);
  });
  return {
    post: (message) => {
      api.postMessage(message);
    },
    save: (state) => {
      api.setState(state);
    },
    saved: () => api.getState() as State | undefined,
  };
}
