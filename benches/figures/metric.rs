//! A minute's samples of many machines, written down: how much of that minute a processor works for it.

use std::time::Instant;

use compute::InstanceId;
use compute::metric::{self, Sample};
use compute_driver::Measurement;
use kernel::Timestamp;
use kernel::id::Id;
use testkit::{Engine, Test};

use crate::stand::{median, processor_us};

const MINUTES: usize = 9;
const MINUTE_US: f64 = 60_000_000.0;

pub async fn print() {
    let test = Test::on(Engine::Sqlite, vec![compute::module()]).await;
    let cx = &test.cx;
    for machines in [100_u64, 1_000, 10_000] {
        let ids: Vec<InstanceId> = (0..machines).map(|_| InstanceId::from_uuid(cx.new_uuid())).collect();
        let (mut processor, mut wall) = (Vec::new(), Vec::new());
        for minute in 0..MINUTES as u64 {
            let at = Timestamp(cx.now().0 + minute as i64 * MINUTE_US as i64);
            let said = |number: u64| Measurement {
                uptime_us: minute + 1,
                cpu_us: minute * number,
                memory_used_bytes: number << 20,
                net_sent_bytes: minute << 30,
                ..Measurement::default()
            };
            let samples: Vec<Sample> = ids.iter().zip(1..).map(|(id, number)| Sample::of(*id, 2, &said(number), at)).collect();
            let (began, clock) = (processor_us(), Instant::now());
            metric::record(cx, &samples).await.expect("the samples are written");
            wall.push(clock.elapsed().as_secs_f64() * 1_000.0);
            processor.push(processor_us() - began);
        }
        let (processor, wall) = (median(processor), median(wall));
        println!(
            "metrics of {machines} machines: {:.1} ms of processor time and {wall:.0} ms a minute, written (of the minute itself, ratio {:.5})",
            processor / 1_000.0,
            processor / MINUTE_US
        );
    }
}
