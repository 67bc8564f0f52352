// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import CustomResources

struct QuantityTests {
    @Test(
        arguments: [
            ("0", 0), ("1", 1_000), ("500m", 500), ("1.5", 1_500), (".5", 500), ("1.", 1_000), ("+2", 2_000),
            ("-2", -2_000), ("1k", 1_000_000), ("1Ki", 1_024_000), ("1Gi", 1_073_741_824_000),
            ("1.5Gi", 1_610_612_736_000), ("1e3", 1_000_000), ("1E3", 1_000_000), ("12e-1", 1_200), ("5E", .max),
            ("1Ei", .max), ("100u", 1), ("1n", 1), ("0n", 0), ("99999999999999999999999", .max),
            ("1e9999", .max), ("0.2500000000000000000000001", 250), ("", nil), ("Gi", nil), ("1 Gi", nil), ("1gi", nil),
            ("1.2.3", nil), ("e3", nil),
            ("1e", nil), ("１", nil),
        ] as [(String, Int64?)])
    func `reads an amount`(text: String, thousandths: Int64?) {
        #expect(Quantity(text).thousandths == thousandths)
    }

    @Test(
        arguments: [
            (1_073_741_824, "1Gi"), (1_610_612_736, "1536Mi"), (1_000, "1000"), (1_024, "1Ki"), (0, "0"),
            (5_497_558_138_880, "5Ti"), (1_125_899_906_842_624, "1024Ti"),
        ] as [(Int64, String)])
    func `writes an amount of memory`(bytes: Int64, text: String) {
        #expect(Quantity(bytes: bytes).text == text && Quantity(text).units == bytes)
    }
}
