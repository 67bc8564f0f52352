// SPDX-License-Identifier: Apache-2.0
import CustomResources
import Essentials
import Testing

@testable import CommandLine

struct StatusTests {
    private func standing(_ text: String, of definition: CustomResourceDefinition = ScanPolicy.definition) throws
        -> ObjectStanding
    {
        ObjectStanding(try Samples.json(text), of: definition)
    }

    private func policy(_ name: String, _ conditions: String, generation: Int = 1) throws -> ObjectStanding {
        try standing(
            """
            {"metadata":{"name":"\(name)","namespace":"shop","generation":\(generation),"creationTimestamp":"2026-08-01T11:00:00Z"},
             "spec":{},"status":{"conditions":[\(conditions)]}}
            """)
    }

    private func condition(_ type: String, _ status: String, _ reason: String, _ message: String) -> String {
        #"{"type":"\#(type)","status":"\#(status)","reason":"\#(reason)","message":"\#(message)","observedGeneration":1}"#
    }

    private var page: StatusPage {
        get throws {
            StatusPage([
                try policy("fine", condition("Ready", "True", "Accepted", "The policy is in force.")),
                try policy(
                    "breached",
                    condition("Ready", "True", "Accepted", "The policy is in force.") + ","
                        + condition("Compliant", "False", "Breached", "3 critical vulnerabilities, at most 0 allowed")),
                try policy(
                    "stalled",
                    condition("Ready", "False", "InvalidSchedule", "spec.schedule: no") + ","
                        + condition("Stalled", "True", "InvalidSchedule", "spec.schedule: no"), generation: 2),
                try standing(#"{"metadata":{"name":"new","namespace":"bank"}}"#),
                try standing(
                    """
                    {"metadata":{"name":"sha256-1","namespace":"shop","creationTimestamp":"2026-07-01T00:00:00Z"},
                     "image":{"reference":"nginx:1"},"summary":{"critical":1,"high":0,"secrets":2}}
                    """, of: ScanReport.definition),
            ])
        }
    }

    @Test func `what is not ready comes first, and the reason stands in words`() throws {
        #expect(
            try page.table(showsNamespace: true, isWide: false, at: Samples.now).text() == """
                NAMESPACE   NAME                  READY     REASON            AGE         IN WORDS
                shop        scanpolicy/stalled    False     InvalidSchedule   60m         spec.schedule: no (This is about an older spec.)
                bank        scanpolicy/new        Unknown   NotSeen           <unknown>   The operator has not looked at it yet. Check that it runs and watches this namespace.
                shop        scanpolicy/breached   True      Accepted          60m         Breached: 3 critical vulnerabilities, at most 0 allowed
                shop        scanpolicy/fine       True      Accepted          60m         The policy is in force.
                shop        scanreport/sha256-1   -         -                 31d         nginx:1: 1 critical, 2 secrets

                """)
    }

    @Test func `wide shows the other conditions`() throws {
        let text = try page.table(showsNamespace: false, isWide: true, at: Samples.now).text()
        #expect(text.contains("Compliant=False(Breached)") && !text.contains("NAMESPACE"))
    }

    @Test func `as JSON every object has its conditions, and a report no readiness`() throws {
        let objects = try #require(try page.json["objects"]?.arrayValue)
        #expect(objects.compactMap { $0["ready"]?.stringValue } == ["False", "Unknown", "True", "True"])
        #expect(objects[2]["conditions"]?[1]?["reason"] == "Breached")
        #expect(objects[4]["ready"] == nil && objects[4]["kind"] == "ScanReport")
    }
}
