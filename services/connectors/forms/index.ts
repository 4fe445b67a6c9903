import { defineConnector } from '@trunkline/adapter-kit';
import { capabilities } from './capabilities.ts';
import { serve } from './serve.ts';
import { settings } from './settings.ts';
import { connect } from './setup.ts';

/** A form on a company's page: to be written to or called back. Its own door, one way. */
export default defineConnector({
  title: 'Form',
  settings,
  // Nothing is pasted: the key of the forms is ours.
  secretNames: [],
  capabilities,
  connect,
  serve,
});
