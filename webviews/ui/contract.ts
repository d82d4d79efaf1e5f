/** What every page may ask of its panel, whatever it shows. */
export type PageRequest =
  /** Show the `Galley` log channel. */
  | { kind: 'showOutput' }
  /** Run the `action` of the error that the panel sent last; the page never names a command itself. */
  | { kind: 'errorAction' };
