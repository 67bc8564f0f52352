// SPDX-License-Identifier: Apache-2.0
import CustomResources
import KubernetesModel
import OCIModel
import Schedules

/// What can be wrong with a policy although its schema holds: path, value, remedy.
enum PolicyValidation {
    static func stall(
        of spec: ScanPolicySpec, in namespace: String, operatorNamespace: String
    ) -> PolicyDemand.Stall? {
        if spec.workloads?.namespaceSelector != nil, namespace != operatorNamespace {
            return .init(
                reason: .rootOnlyField,
                message: "spec.workloads.namespaceSelector may stand only in namespace \(operatorNamespace); "
                    + "remove it, or move the policy there")
        }
        let problem =
            spec.workloads?.selector?.problem(at: "spec.workloads.selector")
            ?? spec.workloads?.namespaceSelector?.problem(at: "spec.workloads.namespaceSelector")
        if let problem { return .init(reason: .invalidSelector, message: problem) }
        for (index, image) in (spec.images ?? []).enumerated() {
            do throws(ImageReferenceError) {
                _ = try ImageReference(parsing: image)
            } catch {
                return .init(reason: .invalidImage, message: "spec.images[\(index)]: \(error)")
            }
        }
        if let problem = spec.job?.problem(at: "spec.job") { return .init(reason: .invalidJob, message: problem) }
        return schedule(of: spec) ?? placementConflict(of: spec)
    }

    private static func schedule(of spec: ScanPolicySpec) -> PolicyDemand.Stall? {
        if let text = spec.schedule {
            do throws(CronError) {
                _ = try CronSchedule(parsing: text)
            } catch {
                return .init(reason: .invalidSchedule, message: "spec.\(error)")
            }
        }
        if let name = spec.timeZone {
            do throws(TimeZoneError) {
                _ = try TimeZoneRules(named: name)
            } catch {
                return .init(reason: .invalidTimeZone, message: "spec.timeZone: \(error)")
            }
        }
        return nil
    }

    /// Credentials are read where the workload is; with the operator there are none.
    private static func placementConflict(of spec: ScanPolicySpec) -> PolicyDemand.Stall? {
        guard spec.job?.placement == .operator else { return nil }
        let field =
            spec.job?.imagePullSecrets?.isEmpty == false
            ? "imagePullSecrets" : spec.job?.serviceAccountName != nil ? "serviceAccountName" : nil
        return field.map { field in
            .init(
                reason: .placementConflict,
                message: "spec.job.\(field) has no effect when spec.job.placement is Operator; remove one of the two")
        }
    }
}
