# __Title__

**Comes in**: texts. What is not known is parked with its body.

**Goes out**: texts, up to the limit in `capabilities.ts`.

| File | Is |
|---|---|
| `index.ts` | the definition |
| `settings.ts`, `capabilities.ts` | what a person gives; what the messenger carries: data |
| `verify.ts`, `parse.ts`, `types.ts` | hook call → channel event |
| `render.ts`, `send.ts`, `api.ts`, `errors.ts` | order → call; its answer; its refusals |
| `setup.ts` | connecting and probing |
| `fixtures/` | every kind in and out, every row of refusals; `kinds.json` counts them against the platform's own list |

Try it: `npm run test:files -- services/connectors/__name__`
Alone: `docker compose up --build --wait __name__`. Without containers: `CONNECTORS=__name__ npx node services/connectors/main.ts`, on
servers prepared by `npx node scripts/infra.ts`; its settings: `docs/operations.md`. The compose file learns of it by `npm run compose`.
