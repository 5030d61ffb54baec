#!/usr/bin/env node
/** The molflow command: a first process that stays awake for signals, and a second one that does the work. */
import { isGuarded, runGuarded } from './guard.js';

if (isGuarded()) await import('./command.js');
else runGuarded();
