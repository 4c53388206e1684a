// Loaded before a test file, in each of its threads: modules that they load have the planted fault that the environment
// names.

import { plantedFaults } from './faults.ts';
import { plant } from './plant.ts';

const fault = plantedFaults.find(({ name }) => name === process.env['PLANTED_FAULT']);
if (fault === undefined) throw new Error('PLANTED_FAULT is the name of no planted fault');
plant(`${import.meta.dirname}/../../../../..`, fault);
