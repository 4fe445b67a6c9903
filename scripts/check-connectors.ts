import { resolve } from 'node:path';
import { connectorProblems } from './new/connector-shape.ts';

/** Says what of the connectors' folders is not as it should be; silent when all are well. */
const problems = connectorProblems(resolve(import.meta.dirname, '../services/connectors'));
for (const problem of problems) console.log(problem);
process.exitCode = problems.length === 0 ? 0 : 1;
