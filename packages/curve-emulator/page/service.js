/** What the page asks of the emulator: its control endpoint. */

/**
 * Asks the control endpoint.
 *
 * @param {string} path
 * @param {RequestInit} [init]
 */
export async function control(path, init) {
  const response = await fetch(path, init);
  const answer = await response.json();
  if (response.ok) return answer;
  throw new Error(answer.error);
}

/**
 * Sends JSON to the control endpoint.
 *
 * @param {string} path
 * @param {unknown} body
 */
export async function postControl(path, body) {
  return control(path, { method: 'POST', body: JSON.stringify(body) });
}
