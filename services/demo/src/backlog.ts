/** What waits for the demo portal, as the public API tells it. */
export async function backlogOf(gatewayUrl: string, apiKey: string, portalId: string): Promise<unknown> {
  const response = await fetch(new URL('/v1/DeliveryService/GetBacklog', gatewayUrl), {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${apiKey}` },
    body: JSON.stringify({ portalId }),
    signal: AbortSignal.timeout(5_000),
  });
  return response.ok ? await response.json() : undefined;
}
