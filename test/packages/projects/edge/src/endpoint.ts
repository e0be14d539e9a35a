/** Address of the Worker, which the test passes to the page. */
export const endpoint = new URLSearchParams(location.search).get('endpoint') ?? '';
