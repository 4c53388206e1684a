import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { Deployment } from 'kubernetes-models/apps/v1';
import { NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1';
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1';
import { Namespace, Service, ServiceAccount } from 'kubernetes-models/v1';
import { parse } from 'yaml';

const folder = new URL('../../../../deploy/kubernetes/', import.meta.url);
const read = (file: string) => parse(readFileSync(new URL(file, folder), 'utf8'));
const { resources } = read('kustomization.yaml');
const kinds = { Deployment, NetworkPolicy, PodDisruptionBudget, Namespace, Service, ServiceAccount };

/**
 * Checks a manifest with the schema that Kubernetes publishes for its kind. Also checks its names, which the schema
 * does not restrict.
 */
function validate(manifest: { readonly kind: string }): void {
  const Kind = kinds[manifest.kind as keyof typeof kinds];
  assert.ok(Kind !== undefined, manifest.kind);
  new Kind(manifest as never).validate();
}

test('every manifest is listed, and matches the schema of Kubernetes for its kind', () => {
  const files = readdirSync(folder).filter((name) => name !== 'kustomization.yaml');
  assert.deepEqual([...resources].toSorted(), files.toSorted());
  for (const file of files) validate(read(file));
});

test('a manifest with a wrong type, or without a required field, does not match', () => {
  const deployment = read('deployment.yaml');
  assert.throws(() => validate({ ...deployment, spec: { ...deployment.spec, replicas: 'three' } }));
  assert.throws(() => validate({ ...deployment, spec: { ...deployment.spec, selector: undefined } }));
});

test('service, disruption budget and network policy select the pods of the deployment', () => {
  const { spec } = read('deployment.yaml');
  const { labels } = spec.template.metadata;
  assert.deepEqual(spec.selector.matchLabels, labels);
  assert.deepEqual(read('service.yaml').spec.selector, labels);
  assert.deepEqual(read('disruption-budget.yaml').spec.selector.matchLabels, labels);
  assert.deepEqual(read('network-policy.yaml').spec.podSelector.matchLabels, labels);
  const [container] = spec.template.spec.containers;
  const [{ name, containerPort }] = container.ports;
  assert.equal(read('service.yaml').spec.ports[0].targetPort, name);
  assert.equal(containerPort, 3001);
  for (const probe of ['startupProbe', 'livenessProbe', 'readinessProbe']) {
    assert.equal(container[probe].httpGet.port, name, probe);
  }
});

test('three instances run, at most one of them is unavailable, and each has time to finish its requests', () => {
  const { spec } = read('deployment.yaml');
  assert.equal(spec.replicas, 3);
  assert.equal(read('disruption-budget.yaml').spec.maxUnavailable, 1);
  assert.equal(spec.strategy.rollingUpdate.maxUnavailable, 0);
  const { terminationGracePeriodSeconds: graceSeconds, containers } = spec.template.spec;
  const [{ lifecycle }] = containers;
  const [program, , script] = lifecycle.preStop.exec.command;
  assert.equal(program, 'node', 'the image has no other program');
  const drainSeconds = Number(/, ([\d_]+)\)$/.exec(script)?.[1]?.replace('_', '')) / 1_000;
  assert.ok(graceSeconds >= 25 + drainSeconds + 5);
});
