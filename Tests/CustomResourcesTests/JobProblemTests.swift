// SPDX-License-Identifier: Apache-2.0
import CustomResources
import Essentials
import Testing

/// What the schema of a ScanPolicy lets through and the API server would refuse in a Pod.
struct JobProblemTests {
    private typealias Settings = ScanPolicySpec.JobSettings

    private func problem(_ change: (inout ScanPolicySpec.JobSettings) -> Void) -> String? {
        var settings = Settings()
        change(&settings)
        return settings.problem(at: "spec.job")
    }

    private func resources(_ requests: [String: String], _ limits: [String: String] = [:]) -> String? {
        problem {
            $0.resources = .init(
                requests: requests.mapValues { Quantity($0) }, limits: limits.mapValues { Quantity($0) })
        }
    }

    @Test func `what every Pod may have is no problem`() {
        #expect(problem { _ in } == nil)
        #expect(problem { $0.nodeSelector = ["kubernetes.io/arch": "amd64", "empty": "", "a": "A_b.c-9"] } == nil)
        #expect(
            problem {
                $0.tolerations = [
                    .init(operator: .exists), .init(key: "a", value: "b"), .init(key: "a", operator: .exists),
                    .init(key: "a", operator: .equal, value: "", effect: .noExecute, tolerationSeconds: -5),
                ]
            } == nil)
        #expect(resources(["cpu": "500m", "memory": "1Gi"], ["memory": "1024Mi"]) == nil)
        #expect(resources(["example.org/gpu": "2"], ["example.org/gpu": "2"]) == nil)
    }

    @Test(arguments: ["a b", "", "-a", "a-", "a/b/c", "/a", "UPPER/a", "é", "a\nb", String(repeating: "a", count: 64)])
    func `names of labels are checked`(name: String) throws {
        let problem = try #require(problem { $0.nodeSelector = [name: "x"] })
        #expect(problem.hasPrefix("spec.job.nodeSelector: Invalid value: ") && problem.contains("; write "))
        #expect(!problem.contains("\n") && problem.utf8.count < 400)
        if !name.isEmpty {
            #expect(self.problem { $0.tolerations = [.init(key: name, operator: .exists)] } != nil)
            #expect(LabelSelector(matchLabels: [name: ""]).problem(at: "s") != nil)
            #expect(LabelSelector(matchExpressions: [.init(name, .exists)]).problem(at: "s") != nil)
        }
    }

    @Test(arguments: ["a b", "-a", "é", "a/b", "\u{0}", String(repeating: "a", count: 64)])
    func `values of labels are checked`(value: String) {
        #expect(problem { $0.nodeSelector = ["a": value] } != nil)
        #expect(problem { $0.tolerations = [.init(key: "a", value: value)] } != nil)
        #expect(LabelSelector(matchLabels: ["a": value]).problem(at: "s") != nil)
        #expect(LabelSelector(matchExpressions: [.init("a", .isIn, [value])]).problem(at: "s") != nil)
    }

    @Test func `tolerations that contradict themselves`() {
        for toleration in [
            Toleration(), .init(operator: .equal, value: "a"), .init(key: "a", operator: .exists, value: "b"),
            .init(key: "a", tolerationSeconds: 5), .init(key: "a", effect: .noSchedule, tolerationSeconds: 5),
        ] {
            #expect(problem { $0.tolerations = [toleration] }?.hasPrefix("spec.job.tolerations[0].") == true)
        }
    }

    @Test func `resources that no container has, or more of them than it may have`() {
        for (requests, limits) in [
            (["disk": "1"], [:]), (["memory": "-1"], [:]), (["memory": "2Gi"], ["memory": "1Gi"]),
            (["example.org/gpu": "1"], [:]), (["example.org/gpu": "1"], ["example.org/gpu": "2"]),
            ([:], ["example.org/gpu": "500m"]), (["a b/c": "1"], ["a b/c": "1"]), (["": "1"], [:]),
        ] as [([String: String], [String: String])] {
            #expect(resources(requests, limits)?.hasPrefix("spec.job.resources.") == true, "\(requests) \(limits)")
        }
    }
}
