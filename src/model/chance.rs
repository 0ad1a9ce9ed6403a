//! Seeded chance: durations as lognormal distributions, the same draws on every machine.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng as _, SeedableRng as _};

/// The quantile 0.9 of the standard normal distribution.
const Z90: f64 = 1.281_551_565_544_6;

/// A lognormal through median and 90th percentile.
pub struct Spread {
    median: f64,
    sigma: f64,
}

impl Spread {
    /// Of a median and a 90th percentile, in seconds.
    #[must_use]
    pub fn new(p50: u64, p90: u64) -> Self {
        let median = as_float(p50);
        let certain = p50 == 0 || p90 <= p50;
        let sigma = if certain { 0.0 } else { libm::log(as_float(p90) / median) / Z90 };
        Self { median, sigma }
    }

    /// A duration, in seconds.
    pub fn draw(&self, normals: &mut Normals) -> f64 {
        if self.sigma == 0.0 { self.median } else { self.median * libm::exp(self.sigma * normals.next()) }
    }
}

/// Draws of the standard normal distribution by Box and Muller's transform, which makes two at a time; `libm` so that
/// every machine draws the same.
pub struct Normals {
    random: ChaCha8Rng,
    second: Option<f64>,
}

impl Normals {
    /// A stream of its own for each number.
    #[must_use]
    pub fn new(stream: u64) -> Self {
        let mut random = ChaCha8Rng::seed_from_u64(0);
        random.set_stream(stream);
        Self { random, second: None }
    }

    fn next(&mut self) -> f64 {
        if let Some(second) = self.second.take() {
            return second;
        }
        let unit = |bits: u64| (as_float(bits >> 11) + 0.5) / as_float(1 << 53);
        let (first, second) = (unit(self.random.next_u64()), unit(self.random.next_u64()));
        let length = libm::sqrt(-2.0 * libm::log(first));
        let (sine, cosine) = libm::sincos(std::f64::consts::TAU * second);
        self.second = Some(length * sine);
        length * cosine
    }
}

/// A count as a float.
#[expect(clippy::cast_precision_loss, reason = "seconds and counts are far below 2^53")]
#[must_use]
pub const fn as_float(number: u64) -> f64 {
    number as f64
}

/// Seconds, rounded.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "times are positive and short")]
#[must_use]
pub fn whole(seconds: f64) -> u64 {
    libm::round(seconds) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Within three standard errors of the quantile, which for 40,000 draws are below two percent here.
    #[test]
    fn draws_have_the_quantiles_that_they_are_made_from() {
        let spread = Spread { median: 600.0, sigma: libm::log(1.5) / Z90 };
        let mut of_one_stream = Normals::new(7);
        let one: Vec<f64> = (0..40_000).map(|_| spread.draw(&mut of_one_stream)).collect();
        let first_of_each: Vec<f64> =
            (0..40_000).map(|stream| spread.draw(&mut Normals::new(stream))).collect();
        for mut draws in [one, first_of_each] {
            draws.sort_by(f64::total_cmp);
            let (p50, p90) = (draws[20_000], draws[36_000]);
            assert!((588.0..612.0).contains(&p50), "p50 {p50}");
            assert!((882.0..918.0).contains(&p90), "p90 {p90}");
        }
    }

    #[test]
    fn what_is_certain_is_not_drawn() {
        let mut normals = Normals::new(0);
        assert!((Spread { median: 60.0, sigma: 0.0 }.draw(&mut normals) - 60.0).abs() < f64::EPSILON);
        assert!(normals.second.is_none());
    }
}
