// Usage under a limit of requests, and under a limit in money, at three instances on one database.
import { testAtInstances } from '../harness/at-once-at-instances.ts';
import { limitKindsAtOnce } from '../harness/at-once-kinds.ts';
import { rounds } from '../harness/rounds.ts';

testAtInstances(limitKindsAtOnce, rounds({ test: 1, prove: 20 }), 'limits_at_once_at_instances');
