/** @file Reads the object `key` from the store of the environment, with one second per attempt. Prints the error. */
import { s3Store } from '../../../train/store/s3.ts';

const endpoint = process.env.AWS_ENDPOINT_URL_S3;
const store = s3Store({ bucket: 'shelf', endpoint, region: 'auto', attemptTimeout: 1_000 });
try {
  await store.get('key');
} catch (error) {
  console.log(String(error));
}
