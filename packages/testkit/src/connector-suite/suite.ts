import { testCases } from './cases.ts';
import { testCoverage } from './coverage.ts';
import { testDefinition } from './definition.ts';
import { readFixtures } from './fixtures.ts';
import { testHints, testHostile } from './hostile.ts';
import { testIncoming } from './incoming.ts';
import { testLimits } from './limits.ts';
import { testFailures, testOutgoing } from './outgoing.ts';
import type { SuiteSubject } from './subject.ts';

/**
 * The tests that every connector passes, over its own fixtures: genuine and forged calls, the same call parsed twice, damaged
 * and hostile calls, cases that every messenger comes to once, every order and every failure, limits by generated messages, secrets, and the kinds of its platform
 * counted. Called at the top of a test file of the connector.
 */
export function runConnectorSuite<Settings>(subject: SuiteSubject<Settings>): void {
  const { connector, strict } = subject;
  const suite = { ...subject, fixtures: readFixtures(subject.fixturesFolder) };
  testDefinition(connector, subject.linkNames);
  testCoverage(connector.title, suite.fixtures);
  if (connector.hook !== undefined) {
    testIncoming(suite, connector.hook);
    testHostile(suite, connector.hook);
    testHints(suite, connector.hook);
    testCases(suite, connector.hook);
  }
  if (connector.send !== undefined) {
    testOutgoing(suite, connector.send);
    testFailures(suite, connector.send);
    if (strict !== undefined) testLimits(connector, connector.send, strict);
  }
}
