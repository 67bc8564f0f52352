// SPDX-License-Identifier: Apache-2.0
import Essentials
import KubernetesModel
import Planning
import ScanPolicyController
import Testing

@Suite struct AccessRulesTests {
    private struct Log: FactQuestion {
        typealias Answer = String
        static let name = "log"
        static let apiAccess = [APIAccess(.pods, subresource: "log")]
        var bucket: String { "kubernetes" }
    }

    @Test func `rights follow from reads, questions and writes, each in its scope`() {
        let contract = Contract(
            reads: [WatchedKind(Pod.self), WatchedKind(ConfigMap.self, .operatorNamespace)], facts: [Log.self],
            writes: [WriteGrant(.jobs, [.create]), WriteGrant(.configMaps, [.patch], .operatorNamespace)])
        let rules = AccessRules([contract])
        #expect(
            AccessRules.json(rules.everywhere) == [
                ["apiGroups": [""], "resources": ["pods"], "verbs": ["get", "list", "watch"]],
                ["apiGroups": [""], "resources": ["pods/log"], "verbs": ["get"]],
                ["apiGroups": ["batch"], "resources": ["jobs"], "verbs": ["create"]],
            ])
        // A server-side apply of an object that is not there yet asks for create as well.
        #expect(
            AccessRules.json(rules.operatorNamespace) == [
                ["apiGroups": [""], "resources": ["configmaps"], "verbs": ["create", "get", "list", "patch", "watch"]]
            ])
    }

    @Test func `the operator reads no Secret, and nothing it may do is a wildcard or an escalation`() {
        let rules = AccessRules([ScanPolicyController.contract, ScanSchedule.contract])
        for rule in rules.everywhere + rules.operatorNamespace {
            #expect(!["secrets", "*"].contains(rule.resource) && rule.group != "*", "\(rule)")
            #expect(
                rule.verbs.isDisjoint(with: ["*", "escalate", "bind", "impersonate", "deletecollection"]), "\(rule)")
        }
        // VEX documents: a ConfigMap that a policy names is read, none is listed or watched.
        #expect(rules.everywhere.filter { $0.resource == "configmaps" }.map(\.verbs) == [["get"]])
    }

    @Test func `explanations may be made anywhere, but changed and deleted under their own name only`() {
        var rules = AccessRules([ScanPolicyController.contract])
        rules.addExplanations()
        let changing = rules.everywhere.filter {
            $0.resource == "configmaps" && !$0.verbs.isDisjoint(with: ["patch", "update", "delete"])
        }
        #expect(changing.map(\.names) == [["watchbill-explain"]])
        #expect(
            AccessRules.json(changing) == [
                [
                    "apiGroups": [""], "resources": ["configmaps"], "resourceNames": ["watchbill-explain"],
                    "verbs": ["delete", "get", "patch"],
                ]
            ])
    }

    @Test func `a contract grants what it names and nothing beside it`() {
        let contract = Contract(
            reads: [],
            writes: [
                WriteGrant(.configMaps, [.patch], .operatorNamespace),
                WriteGrant(.jobs, subresource: "status", [.patch]),
            ])
        func grants(_ verb: WriteVerb, _ resource: ResourceType, _ namespace: String, _ subresource: String? = nil)
            -> Bool
        {
            contract.grants(
                verb, on: ObjectReference(resource, ObjectKey(namespace: namespace, name: "x")),
                subresource: subresource,
                operatorNamespace: "root")
        }
        #expect(grants(.patch, .configMaps, "root"))
        #expect(!grants(.patch, .configMaps, "shop"))
        #expect(!grants(.delete, .configMaps, "root"))
        #expect(grants(.patch, .jobs, "shop", "status"))
        #expect(!grants(.patch, .jobs, "shop"))
    }
}
