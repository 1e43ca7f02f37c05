/**
 * The toolkit asks once, by an empty stylesheet, whether the browser knows :focus-visible. Under a strict content security
 * policy that needs the page's nonce, which it reads from this element. Imported before the toolkit.
 */
const nonce = document.currentScript?.nonce;
if (
  nonce !== undefined &&
  nonce !== "" &&
  document.querySelector('meta[property="csp-nonce"]') === null
) {
  const meta = document.createElement("meta");
  meta.setAttribute("property", "csp-nonce");
  meta.content = nonce;
  document.head.append(meta);
}
