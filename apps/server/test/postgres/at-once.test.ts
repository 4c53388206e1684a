// Holds on a balance, and usage that it pays for, at three instances on one database.
import { testAtInstances } from '../harness/at-once-at-instances.ts';
import { balanceKindsAtOnce } from '../harness/at-once-kinds.ts';
import { rounds } from '../harness/rounds.ts';

testAtInstances(balanceKindsAtOnce, rounds({ test: 1, prove: 20 }), 'at_once_at_instances');
