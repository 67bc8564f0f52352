// SPDX-License-Identifier: Apache-2.0
import CustomResources
import KubernetesModel
import Planning
import Testing

@testable import ScanPolicyController

/// How much of a pass is worked out again after a change: counted, not timed.
@Suite struct DerivedDemandTests {
    private struct Counts: Equatable {
        var rosters = 0
        var demands = 0
        var units = 0
        var checks = 0

        init(rosters: Int = 0, demands: Int = 0, units: Int = 0, checks: Int = 0) {
            (self.rosters, self.demands, self.units, self.checks) = (rosters, demands, units, checks)
        }

        init(_ world: World) {
            rosters = world.computations(of: NamespaceRoster.self)
            demands = world.computations(of: NamespaceDemand.self)
            units = world.computations(of: NamespaceUnits.self)
            checks = world.computations(of: ReportCheck.self)
        }

        static func - (left: Counts, right: Counts) -> Counts {
            Counts(
                rosters: left.rosters - right.rosters, demands: left.demands - right.demands,
                units: left.units - right.units, checks: left.checks - right.checks)
        }
    }

    /// Twenty namespaces with a policy and three Pods each, a policy over all of them, and every report there.
    private func atRest() -> TestCluster {
        var cluster = TestCluster()
        for number in 0..<20 {
            cluster.add(namespace: "n\(number)")
            cluster.add(policy: "own", in: "n\(number)")
            for pod in 0..<3 { cluster.add(pod: "p\(pod)", in: "n\(number)") }
        }
        cluster.add(policy: "all", in: TestCluster.operatorNamespace) {
            $0.workloads = .init(namespaceSelector: .init())
        }
        cluster.settle()
        return cluster
    }

    private func count(_ cluster: inout TestCluster, after change: (inout TestCluster) -> Void) -> Counts {
        let before = Counts(cluster.world)
        change(&cluster)
        cluster.pass()
        return Counts(cluster.world) - before
    }

    @Test func `a pass without news works nothing out`() {
        var cluster = atRest()
        #expect(count(&cluster) { _ in } == Counts())
        #expect(cluster.violations == [])
    }

    @Test func `a label that nobody selects by costs a look at one namespace's Pods`() {
        var cluster = atRest()
        let counts = count(&cluster) {
            $0.update(pod: ObjectKey(namespace: "n7", name: "p1")) { $0.metadata.labels["x"] = "y" }
        }
        #expect(counts == Counts(rosters: 1))
    }

    @Test func `a Pod with a new image costs one namespace, once for each policy that looks there`() {
        var cluster = atRest()
        let counts = count(&cluster) { $0.add(pod: "new", in: "n7", image: "redis:7", digest: "b") }
        #expect(counts.rosters == 1 && counts.demands == 2 && counts.units == 1 && counts.checks == 1, "\(counts)")
    }

    @Test func `a node that nothing runs on costs nothing`() {
        var cluster = atRest()
        #expect(count(&cluster) { $0.add(node: "node-2") } == Counts())
    }

    @Test func `a policy that is suspended costs what it looks at`() {
        var cluster = atRest()
        let counts = count(&cluster) {
            $0.add(policy: "own", in: "n7") {
                $0.workloads = .init()
                $0.suspend = true
            }
        }
        #expect(counts.rosters == 0 && counts.demands == 1, "\(counts)")
    }
}
