// SPDX-License-Identifier: Apache-2.0
import Essentials
import JSONScan
import KubernetesModel
import Schema

/// One of our kinds with a spec that people write: how it is read, and what all of them have.
package protocol SpecifiedResource: CustomResource {
    associatedtype Spec: Decodable
    /// What the API server checks too; an older definition may stand in the cluster.
    static var specSchema: Schema { get }

    init(metadata: ObjectMetadata, spec: Spec, observedStatus: JSONValue?)
}

extension SpecifiedResource {
    package init(from scanner: inout JSONScanner) throws(JSONError) {
        var metadata = ObjectMetadata()
        var spec: Spec?
        var status: JSONValue?
        try scanner.readObject { (key, scanner) throws(JSONError) in
            switch key {
            case "metadata": metadata = try ObjectMetadata(from: &scanner)
            case "spec": spec = try SpecDecoding.decode(Spec.self, from: &scanner, schema: Self.specSchema)
            case "status": status = try scanner.readValue()
            default: try scanner.skipValue()
            }
        }
        guard let spec else { throw JSONError(path: "spec", offset: scanner.offset, reason: "Required value") }
        self.init(metadata: metadata, spec: spec, observedStatus: status)
    }

    package var conditions: [Condition] {
        (observedStatus?["conditions"]?.arrayValue ?? []).compactMap(Condition.init(json:))
    }

    /// What the annotation `reconcile.fluxcd.io/requestedAt` asks to be echoed, cut to a sane length.
    package var reconcileToken: String? {
        metadata.annotations["reconcile.fluxcd.io/requestedAt"].map { String($0.prefix(128)) }
    }
}
