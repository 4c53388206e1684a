import assert from 'node:assert/strict';
import { test } from 'node:test';
import { moneyText, xlmText } from './money.ts';

test('amounts are printed exactly, without zeros at their end, in their asset', () => {
  assert.equal(moneyText('0.0000040', 'XLM'), '0.000004 XLM');
  assert.equal(moneyText('-1.50', 'USD'), '-1.5 USD');
  assert.equal(moneyText('100', 'USD'), '100 USD');
  assert.equal(moneyText('100.00', 'USD'), '100 USD');
  assert.equal(xlmText('9007199254740993'), '900719925.4740993 XLM');
  assert.equal(xlmText(-5n), '-0.0000005 XLM');
  assert.equal(xlmText(0), '0 XLM');
});
