#!/usr/bin/env node
// The adapter for Node.js: runs Proctor's scenarios on its event loop. A task is an async function, and there is one P:
// the thread that executes JavaScript.
//
// Atomics.wait is the one call that blocks for a given time, and the loop knows nothing of it. Timers count in whole
// milliseconds. A deadlock is what the loop calls `beforeExit`: nothing is left that it could wait for.
'use strict';

const fs = require('fs');
const net = require('net');
const v8 = require('v8');
const vm = require('vm');

const IN_FORCE = {procs: 1, asynchronous_preemption: 0};
const HELLO = {
  schema: 'proctor-adapter/1',
  name: 'node',
  version: process.versions.node,
  operations: ['spin', 'work', 'block', 'block_untold', 'calls', 'wait', 'sleep', 'yield', 'send', 'receive', 'spawn',
               'allocate', 'collect', 'stamp'],
  settable: [],
  in_force: IN_FORCE,
  monitor: null,
  preemption: 'none',
  reports_deadlock: true,
  blocking: 'untold',
  environment: ['NODE_OPTIONS', 'UV_THREADPOOL_SIZE'],
};

const now = process.hrtime.bigint;  // CLOCK_MONOTONIC

function write(line) {
  const bytes = Buffer.from(line + '\n');
  for (let at = 0; at < bytes.length;) at += fs.writeSync(4, bytes, at);
}

function stamp(event, members = '') {
  write(`{"t":${now()},"e":"${event}"${members}}`);
}

// Descriptor 3, one line at a time; null at its end.
let input = '';
function readLine() {
  const piece = Buffer.alloc(65536);
  for (;;) {
    const end = input.indexOf('\n');
    if (end >= 0) {
      const line = input.slice(0, end);
      input = input.slice(end + 1);
      return line;
    }
    const count = fs.readSync(3, piece);
    if (count === 0) return null;
    input += piece.latin1Slice(0, count);
  }
}

// A loop that calls nothing.
function turn(turns) {
  let x = 1;
  for (let i = 0; i < turns; i++) x = (x * 31 + i) | 0;
  return x;
}

function measureTurnsPerMs() {
  let best = 0;
  for (let i = 0; i < 20; i++) {
    const turns = 500000;
    const begin = now();
    turn(turns);
    best = Math.max(best, turns * 1e6 / Number(now() - begin));
  }
  return best;
}

// Passes units: the n-th send ends once n - capacity receives have begun, the n-th receive once n sends have begun.
class Channel {
  constructor(capacity) {
    this.capacity = capacity;
    this.sends = 0;
    this.receives = 0;
    this.senders = [];
    this.receivers = [];
  }
  send() {
    this.sends++;
    const receiver = this.receivers.shift();
    if (receiver) receiver();
    if (this.sends - this.capacity <= this.receives) return undefined;
    return new Promise(resolve => this.senders.push(resolve));
  }
  receive() {
    this.receives++;
    const sender = this.senders.shift();
    if (sender) sender();
    if (this.receives <= this.sends) return undefined;
    return new Promise(resolve => this.receivers.push(resolve));
  }
}

// One inherited pipe. Keeps the event loop alive only while a task waits.
class Descriptor {
  constructor(number) {
    this.waiters = [];
    this.socket = new net.Socket({fd: 10 + number, readable: true, writable: false});
    this.socket.on('readable', () => this.serve());
    this.socket.unref();
  }
  serve() {
    while (this.waiters.length > 0 && this.socket.read(1) !== null) this.waiters.shift()();
    if (this.waiters.length === 0) this.socket.unref();
  }
  wait() {
    return new Promise(resolve => {
      this.waiters.push(resolve);
      this.socket.ref();
      this.serve();
    });
  }
}

const cell = new Int32Array(new SharedArrayBuffer(4));
function block(durationNs) {
  const end = now() + BigInt(durationNs);
  for (let left = durationNs; left > 0; left = Number(end - now())) Atomics.wait(cell, 0, 0, left / 1e6);
}

let kept = null;
function small() {
  kept = new Array(4);
}

class Scenario {
  constructor(scenario) {
    this.tasks = scenario.tasks;
    this.channels = (scenario.channels || []).map(c => new Channel(c.capacity || 0));
    this.descriptors = Array.from({length: scenario.descriptors || 0}, (_, n) => new Descriptor(n));
    this.runs = 0;
    this.left = 0;
    this.collections = 0;
    this.turnsPerMs = measureTurnsPerMs();
    v8.setFlagsFromString('--expose-gc');
    this.collect = vm.runInNewContext('gc');
  }

  spawn(task, spawner) {
    const g = ++this.runs;
    this.left++;
    stamp('task_spawn', (spawner ? `,"g":${spawner}` : '') + `,"task":${g}`);
    queueMicrotask(() => this.run(this.tasks[task], g));
  }

  async run(task, g) {
    stamp('task_start', `,"g":${g}`);
    const held = {};
    for (let i = 0; i < (task.repeat === undefined ? 1 : task.repeat); i++) {
      for (let index = 0; index < task.ops.length; index++) {
        const op = task.ops[index];
        const place = `,"g":${g},"op":"${op.op}","index":${index}`;
        stamp('op_begin', place + `,"duration_ns":${op.duration_ns || 0}`);
        await this.perform(op, g, held);
        stamp('op_end', place);
      }
    }
    stamp('task_end', `,"g":${g}`);
    if (--this.left === 0) this.end();
  }

  perform(op, g, held) {
    switch (op.op) {
      case 'spin':
        turn(Math.round(op.duration_ns / 1e6 * this.turnsPerMs));
        return undefined;
      case 'work': {
        const end = now() + BigInt(op.duration_ns);
        while (now() < end) small();
        return undefined;
      }
      case 'block':
      case 'block_untold':
        return block(op.duration_ns);
      case 'calls': {
        const end = now() + BigInt(op.duration_ns);
        while (now() < end) process.ppid;
        return undefined;
      }
      case 'wait':
        return this.descriptors[op.descriptor].wait();
      case 'sleep':
        return new Promise(resolve => setTimeout(resolve, Math.ceil(op.duration_ns / 1e6)));
      case 'yield':
        return new Promise(resolve => setImmediate(resolve));
      case 'send':
        return this.channels[op.channel].send();
      case 'receive':
        return this.channels[op.channel].receive();
      case 'spawn':
        return this.spawn(op.task, g);
      case 'allocate':
        held.memory = Buffer.alloc(op.bytes);
        return undefined;
      case 'collect':
        this.collect();
        stamp('collection', `,"count":${++this.collections}`);
        return undefined;
      case 'stamp': {
        const {user, system} = process.cpuUsage();
        stamp('cpu_time', `,"g":${g},"cpu_ns":${(user + system) * 1000}`);
        return undefined;
      }
      default:
        throw new Error('unknown operation ' + op.op);
    }
  }

  start() {
    // The event loop has nothing left to wait for.
    process.on('beforeExit', () => {
      fs.writeSync(2, 'deadlock: the event loop is empty, and tasks still wait\n');
      process.exit(13);
    });
    stamp('scenario_start');
    this.tasks.forEach((task, n) => {
      if (task.start !== false) this.spawn(n, 0);
    });
  }

  end() {
    stamp('scenario_end');
    write(JSON.stringify({done: {in_force: IN_FORCE}}));
    while (readLine() !== null) {
    }
    process.exit(0);
  }
}

if (process.env.PROCTOR_ADAPTER !== '1') {
  console.error('this adapter is started by proctor: proctor check ./adapter.js');
  process.exit(2);
}
write(JSON.stringify(HELLO));
const line = readLine();
if (line === null) process.exit(0);
new Scenario(JSON.parse(line)).start();
