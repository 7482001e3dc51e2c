import { requester } from '../temporal/requester';
import { pawlPackage } from '../version';
import type { Sender } from './request';

export function sender(): Sender {
  return { requestedBy: requester(), pawlVersion: pawlPackage().version };
}
