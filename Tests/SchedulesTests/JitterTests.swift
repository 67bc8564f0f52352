// SPDX-License-Identifier: Apache-2.0
import Essentials
import Testing

@testable import Schedules

@Suite struct JitterTests {
    @Test func `is spread evenly and never beyond the bound`() {
        var generator = SeededGenerator(seed: 20_261_121)
        var counts = [Int](repeating: 0, count: 10)
        for _ in 0..<10_000 {
            let hex = String(generator.next(), radix: 16)
            let offset = Jitter.offset(for: "0b9d3c52-\(hex.prefix(4))-4d5e-a2b7-\(hex.suffix(12))", upTo: 9)
            #expect(offset >= .zero && offset <= .seconds(9))
            counts[Int(offset.components.seconds)] += 1
        }
        // 1,000 each; six standard deviations of a fair draw are 180.
        #expect(counts.allSatisfy { (820...1_180).contains($0) }, "seed 20261121: \(counts)")
    }

    @Test func `neighbouring uids get distant delays`() {
        let offsets = (0..<100).map { Jitter.offset(for: "policy-\($0)", upTo: 1_000_000) }
        #expect(Set(offsets).count == 100)
        #expect(offsets.contains { $0 < .seconds(100_000) } && offsets.contains { $0 > .seconds(900_000) })
    }

    @Test(arguments: [0, -1, Int.min])
    func `is none without a bound`(seconds: Int) {
        #expect(Jitter.offset(for: "a", upTo: seconds) == .zero)
    }

    /// Computed by a program of its own from the published algorithms: a new version must not move anyone's schedule.
    @Test(arguments: [
        ("0b9d3c52-6f1a-4d5e-a2b7-3c1d2e4f5a6b", 3_600, 2_417), ("", 3_600, 2_750), ("a", 1_800, 669),
    ])
    func `stays what it is from version to version`(uid: String, bound: Int, seconds: Int) {
        #expect(Jitter.offset(for: uid, upTo: bound) == .seconds(seconds))
        #expect(Jitter.offset(for: uid, upTo: .max) >= .zero)
    }
}
