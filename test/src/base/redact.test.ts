import { describe, expect, it } from 'vitest';
import { createRedactor } from '../../../src/base/redact.ts';

describe('redaction', () => {
  it('takes out the values it was given, wherever they are', () => {
    const redact = createRedactor(['hunter2', '']);
    expect(redact('hunter2 and hunter2')).toBe('[redacted] and [redacted]');
  });

  it('takes the password out of any URL and leaves the rest', () => {
    const redact = createRedactor([]);
    expect(redact('redis://ops:s3cr.t@h:6379/0 failed')).toBe('redis://ops:[redacted]@h:6379/0 failed');
    expect(redact(`redis://${'u'.repeat(100)}:${'p'.repeat(500)}@h`)).not.toContain('pp');
    expect(redact('http://h:6379/path@2')).toBe('http://h:6379/path@2');
  });
});
