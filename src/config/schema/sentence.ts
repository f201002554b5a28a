// Descriptions of the registries as sentences of the config's documentation.

/** Capitalised, unless it starts with a symbol such as "s in exp(…)", and closed by a full stop. */
export function sentence(text: string): string {
  const capital = /^\p{Ll}{2}/u.test(text) ? text.charAt(0).toUpperCase() : text.charAt(0);
  return `${capital}${text.slice(1)}.`;
}
