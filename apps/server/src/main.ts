#!/usr/bin/env node
import { serve } from './serve.ts';

serve(process.env);
