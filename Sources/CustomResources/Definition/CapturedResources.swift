// SPDX-License-Identifier: Apache-2.0
import Essentials
import FoundationEssentials
import JSONScan
import KubernetesModel

extension ScanPolicy: CapturedObject {
    package var captured: JSONValue {
        .compact(["metadata": metadata.captured, "spec": spec.json, "status": observedStatus])
    }
}

extension ScanReport: CapturedObject {
    package var captured: JSONValue {
        var members = body
        members["metadata"] = metadata.captured
        return .object(members)
    }
}

extension Channel: CapturedObject {
    /// Without the receiver: its address may be a secret.
    package var captured: JSONValue {
        .compact([
            "metadata": metadata.captured, "spec": .compact(["offeredTo": spec.offeredTo.map(JSONValue.strings)]),
            "status": observedStatus.map { .compact(["settled": $0["settled"]]) },
        ])
    }
}

extension ScanPolicySpec {
    /// As it stands in an object; absent members are absent.
    package var json: JSONValue {
        do {
            return try JSONValue(parsing: Array(try JSONEncoder().encode(self)))
        } catch {
            // A value of our own that cannot be written would not have been read.
            return [:]
        }
    }
}
