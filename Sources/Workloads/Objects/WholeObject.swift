// SPDX-License-Identifier: Apache-2.0
import Essentials
import JSONScan
import KubernetesModel

/// A built-in kind that is kept whole: what runs a Pod, or makes one, needs more of it than scans do.
package protocol WholeObject: CustomResource {
    var metadata: ObjectMetadata { get set }
    /// The object as the API has it, without `managedFields`.
    var body: JSONValue { get set }
    init(metadata: ObjectMetadata, body: JSONValue)
}

extension WholeObject {
    package init(from scanner: inout JSONScanner) throws(JSONError) {
        var again = scanner
        let metadata = try ObjectMetadata.ofObject(&again)
        var body = try scanner.readValue()
        if var members = body["metadata"] {
            members["managedFields"] = nil
            body["metadata"] = members
        }
        self.init(metadata: metadata, body: body)
    }

    package var spec: JSONValue { body["spec"] ?? [:] }
    package var status: JSONValue { body["status"] ?? [:] }
    package var observedStatus: JSONValue? { body["status"] }
    package var conditions: [Condition] {
        (status["conditions"]?.arrayValue ?? []).compactMap(Condition.init(json:))
    }

    /// A condition of the status as it stands there.
    package func condition(_ type: String) -> JSONValue? {
        status["conditions"]?.arrayValue?.first { $0["type"]?.stringValue == type }
    }
}

/// A Deployment.
package struct WholeDeployment: WholeObject {
    package static let resource = ResourceType.deployments
    package var metadata: ObjectMetadata
    package var body: JSONValue

    package init(metadata: ObjectMetadata, body: JSONValue) {
        self.metadata = metadata
        self.body = body
    }
}

/// A ReplicaSet.
package struct WholeReplicaSet: WholeObject {
    package static let resource = ResourceType.replicaSets
    package var metadata: ObjectMetadata
    package var body: JSONValue

    package init(metadata: ObjectMetadata, body: JSONValue) {
        self.metadata = metadata
        self.body = body
    }

    /// How many Pods it is to have.
    package var replicas: Int64 { spec["replicas"]?.countValue ?? 1 }
    package var availableReplicas: Int64 { status["availableReplicas"]?.countValue ?? 0 }
    package var readyReplicas: Int64 { status["readyReplicas"]?.countValue ?? 0 }
    package var statusReplicas: Int64 { status["replicas"]?.countValue ?? 0 }
}

/// A Job, whoever made it.
package struct WholeJob: WholeObject {
    package static let resource = ResourceType.jobs
    package var metadata: ObjectMetadata
    package var body: JSONValue

    package init(metadata: ObjectMetadata, body: JSONValue) {
        self.metadata = metadata
        self.body = body
    }
}

extension JSONValue {
    /// A number of things: an int32 that is not negative, as the real API has it, and the nearest one for anything else. So sums
    /// of a few never overflow.
    var countValue: Int64? { integerValue.map { min(max(0, $0), Int64(Int32.max)) } }
}
