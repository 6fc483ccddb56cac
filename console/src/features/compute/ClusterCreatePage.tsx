// Operator: enrols a cluster, a step at a time: where it answers, its certificate compared, the token, what of it is ours.
import { Anchor, Paper, Stepper } from "@mantine/core";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import type { ClusterAddress, ClusterSurvey } from "../../api/types";
import { paths } from "../../paths";
import { notifyDone } from "../../ui/notify";
import { Page } from "../../ui/Page";
import { clusterCheck, clusterCreate } from "./api";
import { ClusterCompareStep } from "./ClusterCompareStep";
import { ClusterMappingForm } from "./ClusterMappingForm";
import { ClusterPlaceStep, type Place } from "./ClusterPlaceStep";
import { ClusterTokenStep, type Token } from "./ClusterTokenStep";

export function ClusterCreatePage() {
  const navigate = useNavigate();
  const cache = useQueryClient();
  const [step, setStep] = useState(0);
  const [place, setPlace] = useState<Place>({ name: "", region: "", addresses: [{ host: "", port: 8006 }] });
  const [compared, setCompared] = useState<ClusterAddress[]>([]);
  const [token, setToken] = useState<Token>({ token_id: "fairhold@pve!fairhold", token_secret: "" });
  const [survey, setSurvey] = useState<ClusterSurvey | null>(null);
  const access = { addresses: compared, ...token };
  return (
    <Page
      title={t`Enrol a cluster`}
      narrow
      above={
        <Anchor component={Link} to={paths.operatorClusters()} size="sm">
          <Trans>Clusters</Trans>
        </Anchor>
      }
      lead={t`Nothing is sent to it before you have compared its certificate, and nothing in it is changed by enrolling it.`}
    >
      <Paper>
        <Stepper active={step} onStepClick={setStep} size="sm" allowNextStepsSelect={false} className="steps">
          <Stepper.Step label={t`Where`}>
            <ClusterPlaceStep
              place={place}
              onward={(next) => {
                setPlace(next);
                setCompared([]);
                setStep(1);
              }}
            />
          </Stepper.Step>
          <Stepper.Step label={t`Compare`}>
            <ClusterCompareStep
              addresses={place.addresses}
              back={() => setStep(0)}
              onward={(next) => {
                setCompared(next);
                setStep(2);
              }}
            />
          </Stepper.Step>
          <Stepper.Step label={t`Token`}>
            <ClusterTokenStep
              addresses={compared}
              token={token}
              back={() => setStep(1)}
              onward={(next, seen) => {
                setToken(next);
                setSurvey(seen);
                setStep(3);
              }}
            />
          </Stepper.Step>
          <Stepper.Step label={t`What we may use`}>
            {survey !== null && (
              <ClusterMappingForm
                survey={survey}
                check={(mapping) => clusterCheck({ ...access, mapping })}
                back={() => setStep(2)}
                action={t`Enrol the cluster`}
                save={async (mapping) => {
                  const made = await clusterCreate({ name: place.name, region: place.region, ...access, mapping });
                  await Promise.all(["clusters", "nodes"].map((key) => cache.invalidateQueries({ queryKey: [key] })));
                  notifyDone(t`The cluster is enrolled.`);
                  await navigate({ to: made.id == null ? paths.operatorClusters() : paths.operatorCluster(made.id) });
                }}
              />
            )}
          </Stepper.Step>
        </Stepper>
      </Paper>
    </Page>
  );
}
