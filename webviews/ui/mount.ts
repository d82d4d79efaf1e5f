import { pageStyles } from './styles';

/** Puts the page's root element into the document. */
export function mount(tag: string): void {
  const { styleSheet } = pageStyles;
  if (styleSheet) document.adoptedStyleSheets.push(styleSheet);
  document.body.append(document.createElement(tag));
}
