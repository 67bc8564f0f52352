// SPDX-License-Identifier: Apache-2.0
import Exposition
import Testing

struct ExpositionTextTests {
    private let metric = MetricDescription("t_things", .gauge, labels: ["name", "place"], help: "With \\ and\na line.")

    @Test func `writes series sorted, with escaped help and label values`() {
        var family = MetricFamily(metric)
        family.set(2, ["b", ""])
        family.set(0.5, ["a\"b\\c\nd", "é"])
        var text = ExpositionText()
        text.add(family)
        #expect(
            text.text == #"""
                # HELP t_things With \\ and\na line.
                # TYPE t_things gauge
                t_things{name="a\"b\\c\nd",place="é"} 0.5
                t_things{name="b",place=""} 2

                """#)
    }

    @Test(arguments: [
        (0.0, "0"), (-3, "-3"), (0.1, "0.1"), (1e300, "1e+300"), (.infinity, "+Inf"), (-.infinity, "-Inf"),
        (.nan, "NaN"), (1_700_000_000, "1700000000"),
    ])
    func `writes numbers as Go reads them`(value: Double, text: String) {
        #expect(ExpositionText.number(value) == text)
    }

    @Test func `the same labels are one series, and a wrong number of labels is none`() {
        var family = MetricFamily(metric)
        family.set(1, ["a", "b"])
        family.set(2, ["a", "b"])
        family.set(3, ["a"])
        #expect(family.samples == [["a", "b"]: 2])
    }

    @Test(arguments: [
        ("plain", "plain"), ("", ""), ("tab\there", "tab\u{FFFD}here"),
        ("bell\u{7}\u{85}\u{2028}", "bell\u{FFFD}\u{FFFD}\u{FFFD}"),
        ("Zürich", "Zürich"),
    ])
    func `label values lose their control characters`(text: String, cleaned: String) {
        #expect(LabelValue.clean(text) == cleaned)
    }

    @Test func `label values are cut between characters`() {
        #expect(LabelValue.clean(String(repeating: "a", count: 1_000)).utf8.count == 256)
        let wide = LabelValue.clean(String(repeating: "€", count: 1_000))
        #expect(wide.utf8.count == 255 && wide.allSatisfy { $0 == "€" })
    }

    @Test func `every metric is named as its kind demands, but for the documented ones`() {
        let all = MetricCatalog.all + TrivyCatalog.all + DiunCatalog.all
        #expect(Set(all.map(\.name)).count == all.count)
        for metric in all {
            let isNamedCounter = metric.name.hasSuffix("_total")
            #expect(
                isNamedCounter == (metric.kind == .counter) || TrivyCatalog.isNameException(metric), "\(metric.name)")
            #expect(!metric.help.isEmpty && metric.help.hasSuffix("."), "\(metric.name)")
        }
        #expect(
            all.filter(TrivyCatalog.isNameException).map(\.name) == [
                "trivy_vulnerabilities_total", "trivy_secrets_total", "trivy_misconfigurations_total",
                "diun_images_monitored_total", "diun_images_outdated_total",
            ])
    }
}
