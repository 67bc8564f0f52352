// SPDX-License-Identifier: Apache-2.0
import Essentials

/// A delay that spreads what would begin together, and is the same after every restart.
package enum Jitter {
    /// A whole number of seconds from 0 to `seconds`, both included, that follows from `uid` alone and is spread evenly over
    /// all uids. 0 for a negative bound.
    ///
    /// A schedule with it is the schedule shifted as a whole: `next(after: now - offset) + offset`.
    package static func offset(for uid: String, upTo seconds: Int) -> Duration {
        guard seconds > 0 else { return .zero }
        // FNV-1a tells the uids apart; the generator's mixing makes the high bits even.
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in uid.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        var generator = SeededGenerator(seed: hash)
        let share = generator.next().multipliedFullWidth(by: UInt64(seconds) + 1).high
        return .seconds(Int64(share))
    }
}
