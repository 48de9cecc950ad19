//! The Tokio adapter: runs Proctor's scenarios as tasks of Tokio's multi-threaded runtime.
//!
//! A P is a worker thread. A task yields where it awaits, and nowhere else. `block` is
//! `block_in_place`: the runtime is told, and hands the worker's place on to another thread.

use serde_json::{json, Value};
use std::hint::black_box;
use std::io::Read;
use std::os::fd::FromRawFd;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::unix::AsyncFd;
use tokio::sync::oneshot;

const INPUT: i32 = 3;
const OUTPUT: i32 = 4;
const FIRST_DESCRIPTOR: i32 = 10;

fn clock(id: libc::clockid_t) -> i64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    unsafe { libc::clock_gettime(id, &mut time) };
    time.tv_sec * 1_000_000_000 + time.tv_nsec
}

fn now() -> i64 {
    clock(libc::CLOCK_MONOTONIC)
}

/// A line is short, so the pipe takes it whole or not at all. The runtime does not see this call.
fn write(line: &str) {
    let line = format!("{line}\n");
    unsafe {
        while libc::write(OUTPUT, line.as_ptr().cast(), line.len()) < 0 {
            if *libc::__errno_location() != libc::EINTR {
                libc::_exit(1); // nobody listens any more
            }
        }
    }
}

/// `more` holds the further members; without `g` it is the scenario's own stamp.
fn stamp(event: &str, g: i64, more: &str) {
    let number = if g > 0 { format!(",\"g\":{g}") } else { String::new() };
    write(&format!("{{\"t\":{},\"e\":\"{event}\"{number}{more}}}", now()));
}

/// Computes and calls nothing.
#[inline(never)]
fn turn_around(iterations: i64) -> i64 {
    let mut x = iterations;
    for i in 0..iterations {
        x = black_box(x ^ i);
    }
    x
}

/// Turns in a millisecond: the fastest measurement is the least disturbed one.
fn calibrate() -> i64 {
    const ITERATIONS: i64 = 1 << 20;
    let measure = |_| {
        let begin = now();
        black_box(turn_around(ITERATIONS));
        now() - begin
    };
    ITERATIONS * 1_000_000 / ((0..5).map(measure).min().unwrap() + 1)
}

#[derive(Default)]
struct Sides {
    sends: i64,
    receives: i64,
    waiting: Vec<(bool, i64, oneshot::Sender<()>)>, // a send or a receive, its number
}

/// The n-th send ends once n - capacity receives have begun, the n-th receive once n sends.
struct Channel {
    capacity: i64,
    sides: Mutex<Sides>,
}

impl Channel {
    async fn pass(&self, is_send: bool) {
        let (tell, told) = oneshot::channel();
        {
            let mut sides = self.sides.lock().unwrap();
            let count = if is_send { &mut sides.sends } else { &mut sides.receives };
            *count += 1;
            let number = *count;
            sides.waiting.push((is_send, number, tell));
            let (sends, receives) = (sides.sends, sides.receives);
            let is_due = |is_send: bool, number: i64| {
                number <= if is_send { receives + self.capacity } else { sends }
            };
            let (due, left) =
                std::mem::take(&mut sides.waiting).into_iter().partition(|w| is_due(w.0, w.1));
            sides.waiting = left;
            let due: Vec<_> = due;
            for waiter in due {
                let _ = waiter.2.send(());
            }
        }
        told.await.unwrap();
    }
}

/// One scenario while it runs.
struct Run {
    tasks: Vec<Value>,
    channels: Vec<Channel>,
    descriptors: Vec<AsyncFd<std::fs::File>>,
    iterations_per_ms: i64,
    last: AtomicI64,
    live: AtomicI64,
    done: Mutex<Option<oneshot::Sender<()>>>,
}

fn number(value: &Value, member: &str, otherwise: i64) -> i64 {
    value[member].as_i64().unwrap_or(otherwise)
}

impl Run {
    fn spawn(self: &Arc<Self>, index: usize, by: i64) {
        let g = self.last.fetch_add(1, Ordering::SeqCst) + 1;
        self.live.fetch_add(1, Ordering::SeqCst);
        stamp("task_spawn", by, &format!(",\"task\":{g}"));
        tokio::spawn(self.clone().run_task(index, g));
    }

    fn leave(&self) {
        if self.live.fetch_sub(1, Ordering::SeqCst) == 1 {
            let _ = self.done.lock().unwrap().take().unwrap().send(());
        }
    }

    // Boxed, because a task may spawn its own kind.
    fn run_task(
        self: Arc<Self>,
        index: usize,
        g: i64,
    ) -> std::pin::Pin<Box<dyn std::future::Future<Output = ()> + Send>> {
        Box::pin(async move {
            stamp("task_start", g, "");
            let task = &self.tasks[index];
            for _ in 0..number(task, "repeat", 1) {
                for (index, op) in task["ops"].as_array().unwrap().iter().enumerate() {
                    let which = format!(",\"op\":{},\"index\":{index}", op["op"]);
                    let asked = number(op, "duration_ns", 0);
                    stamp("op_begin", g, &format!("{which},\"duration_ns\":{asked}"));
                    self.perform(op, asked, g).await;
                    stamp("op_end", g, &which);
                }
            }
            stamp("task_end", g, "");
            self.leave();
        })
    }

    async fn perform(self: &Arc<Self>, op: &Value, asked: i64, g: i64) {
        let channel = number(op, "channel", 0) as usize;
        match op["op"].as_str().unwrap() {
            "spin" => {
                black_box(turn_around(asked / 1000 * self.iterations_per_ms / 1000));
            }
            "work" => {
                let end = now() + asked;
                while now() < end {
                    for _ in 0..50 {
                        black_box(vec![0u8; 64]);
                    }
                    tokio::task::consume_budget().await;
                }
            }
            "block" => tokio::task::block_in_place(|| {
                std::thread::sleep(Duration::from_nanos(asked as u64));
            }),
            // Nobody is told: the worker waits with its task.
            "block_untold" => std::thread::sleep(Duration::from_nanos(asked as u64)),
            "calls" => {
                let end = now() + asked;
                while now() < end {
                    unsafe { libc::syscall(libc::SYS_getppid) };
                }
            }
            "wait" => self.wait(number(op, "descriptor", 0) as usize).await,
            "sleep" => tokio::time::sleep(Duration::from_nanos(asked as u64)).await,
            "yield" => tokio::task::yield_now().await,
            "send" => self.channels[channel].pass(true).await,
            "receive" => self.channels[channel].pass(false).await,
            "spawn" => self.spawn(number(op, "task", 0) as usize, g),
            "allocate" => {
                black_box(vec![1u8; number(op, "bytes", 0) as usize]);
            }
            "stamp" => {
                let used = clock(libc::CLOCK_PROCESS_CPUTIME_ID);
                stamp("cpu_time", g, &format!(",\"cpu_ns\":{used}"));
            }
            other => panic!("no operation {other}"),
        }
    }

    async fn wait(&self, descriptor: usize) {
        loop {
            let mut ready = self.descriptors[descriptor].readable().await.unwrap();
            let read = ready.try_io(|file| {
                let mut one = [0u8; 1];
                let mut file: &std::fs::File = file.get_ref();
                file.read_exact(&mut one)
            });
            match read {
                Ok(result) => return result.unwrap(),
                Err(_) => continue, // another task was faster
            }
        }
    }
}

fn run_scenario(scenario: &Value, iterations_per_ms: i64, workers: i64) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(workers as usize)
        .enable_all()
        .build()
        .unwrap();
    let (tell, told) = oneshot::channel();
    runtime.block_on(async {
        let list = |member: &str| scenario[member].as_array().cloned().unwrap_or_default();
        let channels = list("channels").into_iter().map(|channel| Channel {
            capacity: number(&channel, "capacity", 0),
            sides: Mutex::new(Sides::default()),
        });
        let descriptors = (0..number(scenario, "descriptors", 0)).map(|i| {
            let file = unsafe { std::fs::File::from_raw_fd(FIRST_DESCRIPTOR + i as i32) };
            unsafe { AsyncFd::register_with_interest(file, tokio::io::Interest::READABLE) }.unwrap()
        });
        let run = Arc::new(Run {
            tasks: list("tasks"),
            channels: channels.collect(),
            descriptors: descriptors.collect(),
            iterations_per_ms,
            last: AtomicI64::new(0),
            live: AtomicI64::new(1), // ours, until all tasks are made
            done: Mutex::new(Some(tell)),
        });
        stamp("scenario_start", 0, "");
        for (index, task) in run.tasks.iter().enumerate() {
            if task["start"].as_bool().unwrap_or(true) {
                run.spawn(index, 0);
            }
        }
        run.leave();
        told.await.unwrap();
        stamp("scenario_end", 0, "");
    });
}

fn main() {
    if std::env::var_os("PROCTOR_ADAPTER").is_none() {
        eprintln!("adapter: to be started by proctor, not by hand");
        std::process::exit(1);
    }
    let iterations_per_ms = calibrate();
    let cpus = std::thread::available_parallelism().map_or(1, |n| n.get() as i64);
    let in_force = |procs: i64| json!({"procs": procs, "gc_percent": -1, "asynchronous_preemption": 0});
    write(
        &json!({
            "schema": "proctor-adapter/1",
            "name": "tokio",
            "version": env!("CARGO_PKG_VERSION"),
            "operations": ["spin", "work", "block", "block_untold", "calls", "wait", "sleep", "yield",
                           "send", "receive", "spawn", "allocate", "stamp"],
            "settable": ["procs"],
            "in_force": in_force(cpus),
            "monitor": null,
            "preemption": "none",
            "reports_deadlock": false,
            "blocking": "told"
        })
        .to_string(),
    );
    let mut input = unsafe { std::fs::File::from_raw_fd(INPUT) };
    let mut text = Vec::new();
    let mut block = [0u8; 65536];
    loop {
        let Some(end) = text.iter().position(|byte| *byte == b'\n') else {
            match input.read(&mut block) {
                Ok(0) | Err(_) => return,
                Ok(got) => text.extend_from_slice(&block[..got]),
            }
            continue;
        };
        let line: Vec<u8> = text.drain(..=end).collect();
        let scenario: Value = serde_json::from_slice(&line).expect("a scenario");
        let procs = match number(&scenario["tunables"], "procs", 0) {
            0 => cpus,
            asked => asked,
        };
        run_scenario(&scenario, iterations_per_ms, procs);
        write(&json!({"done": {"in_force": in_force(procs)}}).to_string());
    }
}
