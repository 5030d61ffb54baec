#!/usr/bin/env node
/** The molflow command: a first process that stays awake for signals, and a second one that does the work. */
import { isGuarded, runGuarded } from './guard.js';

/** Help and version are there before a signal could come. */
const words = process.argv.slice(2);
const isBrief = words[0] === 'help' || words.some((word) => ['-h', '--help', '-V', '--version'].includes(word));

if (isBrief || isGuarded()) await import('./command.js');
else runGuarded();
