// SPDX-License-Identifier: Apache-2.0
import Essentials
import KubernetesModel
import Schema

extension ScanPolicySpec.JobSettings {
    /// What of these settings no Pod may have, though the schema lets it through: path, value, remedy. Nil when all is well.
    ///
    /// Source: `ValidatePodSpec` of k8s.io/kubernetes `pkg/apis/core/validation`. What it would refuse is told here, because a Job
    /// that is refused would be tried again and again.
    package func problem(at path: String) -> String? {
        for (key, value) in (nodeSelector ?? [:]).sorted(by: { $0.key < $1.key }) {
            let place = "\(path).nodeSelector"
            if let problem = Labels.problem(key: key, at: place) ?? Labels.problem(value: value, at: place) {
                return problem
            }
        }
        for (index, toleration) in (tolerations ?? []).enumerated() {
            if let problem = toleration.problem(at: "\(path).tolerations[\(index)]") { return problem }
        }
        return resources?.problem(at: "\(path).resources")
    }
}

extension Toleration {
    fileprivate func problem(at path: String) -> String? {
        let key = key ?? ""
        if !key.isEmpty, let problem = Labels.problem(key: key, at: "\(path).key") { return problem }
        if key.isEmpty, `operator` != .exists {
            return "\(path).operator: Invalid value: without a key only Exists has a meaning; set it, or name the key"
        }
        if tolerationSeconds != nil, effect != .noExecute {
            return "\(path).effect: Invalid value: tolerationSeconds need the effect NoExecute; set it, or remove them"
        }
        if `operator` == .exists {
            guard value?.isEmpty == false else { return nil }
            return "\(path).value: Forbidden: the operator Exists takes none; remove it"
        }
        return value.flatMap { Labels.problem(value: $0, at: "\(path).value") }
    }
}

extension ResourceRequirements {
    fileprivate func problem(at path: String) -> String? {
        for (list, amounts) in [("limits", limits ?? [:]), ("requests", requests ?? [:])] {
            for (name, amount) in amounts.sorted(by: { $0.key < $1.key }) {
                if let problem = Self.problem(name, amount, at: "\(path).\(list)") { return problem }
            }
        }
        for (name, amount) in (requests ?? [:]).sorted(by: { $0.key < $1.key }) {
            guard let limit = limits?[name] else {
                if Self.isOvercommitted(name) { continue }
                return "\(path).limits: Required value: \(Self.quoted(name)) needs a limit equal to its request; add it"
            }
            if amount > limit {
                return "\(path).requests: Invalid value: \(Self.quoted(amount.text)): must not exceed the limit of "
                    + "\(Self.quoted(name)); lower it, or raise the limit"
            }
            if limit > amount, !Self.isOvercommitted(name) {
                return "\(path).requests: Invalid value: \(Self.quoted(amount.text)): must equal the limit of "
                    + "\(Self.quoted(name)); set both to the same"
            }
        }
        return nil
    }

    private static let own: Set<String> = ["cpu", "memory", "ephemeral-storage"]

    /// Whether less may be asked for than is allowed.
    private static func isOvercommitted(_ name: String) -> Bool { own.contains(name) }

    private static func problem(_ name: String, _ amount: Quantity, at path: String) -> String? {
        guard own.contains(name) || (name.contains("/") && ObjectName.isQualifiedName(name)) else {
            return
                "\(path): Invalid value: \(quoted(name)): is no resource of a container; use cpu, memory, ephemeral-storage, or a "
                + "device plug-in's name with its domain"
        }
        guard let thousandths = amount.thousandths else {
            return "\(path): Invalid value: \(quoted(amount.text)): is no quantity; write one like 500m or 1Gi"
        }
        if thousandths < 0 {
            return "\(path): Invalid value: \(quoted(amount.text)): must be 0 or more; correct \(quoted(name))"
        }
        if !own.contains(name), thousandths % 1_000 != 0 {
            return "\(path): Invalid value: \(quoted(amount.text)): must be a whole number; correct \(quoted(name))"
        }
        return nil
    }

    private static func quoted(_ text: String) -> String { JSONValue.string(text).excerpt }
}
