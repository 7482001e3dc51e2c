import { defineSearchAttributeKey } from '@temporalio/common';
import type { SearchAttributePair } from '@temporalio/common';
import { SEARCH_ATTRIBUTES } from '../../workflows/model/search-attributes';

type Attributes = Partial<Record<keyof typeof SEARCH_ATTRIBUTES, string>>;

export function searchAttributes(values: Attributes): SearchAttributePair[] {
  return Object.entries(values).map(([name, value]) => ({
    key: attributeKey(name as keyof Attributes),
    value,
  }));
}

export function attributeKey(name: keyof Attributes) {
  return defineSearchAttributeKey(SEARCH_ATTRIBUTES[name], 'KEYWORD');
}
