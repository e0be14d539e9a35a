/** @file What `GET /` says: how to ask. */

/** @param origin scheme, host and port that the client used, so that the line works as printed */
export function indexText(origin: string): string {
  return `tinyvgg-edge tells which of ten kinds of clothing a picture shows.

  curl --data-binary @picture.png '${origin}/v1/classify?top_k=3'

POST /v1/classify?top_k=1..10  bytes of a PNG or JPEG, or a multipart form with the file in its field "image"
GET  /v1/models                what answers
GET  /v1/models/tinyvgg        its manifest: labels, accuracy, training
GET  /health/live              the Worker runs
GET  /health/ready             a model has proved itself; which, and what the object store last said
`;
}
