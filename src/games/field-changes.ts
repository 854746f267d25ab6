/** Differences between two states as lines of a preview. */
import type { Change } from '../action/plan.ts';
import type { FieldChange } from '../game/field-diff.ts';
import type { Json } from '../game/game.ts';

/** A preview of more is read by nobody, and says how many it leaves out. */
const fieldsShown = 500;
const valueLength = 120;

export function changesOf(fields: readonly FieldChange[]): Change[] {
  const shown = fields.slice(0, fieldsShown).map(changeOf);
  const more = fields.length - shown.length;
  return more > 0 ? [...shown, { target: `and ${more} more fields`, effect: 'update' }] : shown;
}

function changeOf({ pointer, from, to }: FieldChange): Change {
  return {
    target: pointer === '' ? 'the whole state' : pointer,
    effect: from === undefined ? 'create' : to === undefined ? 'delete' : 'update',
    ...(from === undefined ? {} : { from: valueText(from) }),
    ...(to === undefined ? {} : { to: valueText(to) }),
  };
}

function valueText(value: Json): string {
  const text = JSON.stringify(value);
  return text.length > valueLength ? `${text.slice(0, valueLength)}… (${text.length} characters)` : text;
}
